/** The page: a form for the key, then the chat. */
import { StrictMode } from "react"
import { createRoot } from "react-dom/client"
import { ChatView } from "./ChatView.jsx"
import { SignIn } from "./SignIn.jsx"
import { openChat } from "./chat.js"

const KEY = "holdfast-key"
const ID = "holdfast-chat"

const params = new URLSearchParams(location.search)
const key = localStorage.getItem(KEY)

/** The chat of this page: that of the address, or the last one here, or a new one. */
const id = params.get("chat") ?? localStorage.getItem(ID) ?? crypto.randomUUID()
localStorage.setItem(ID, id)

function signIn(given) {
  localStorage.setItem(KEY, given)
  location.reload()
}

function newChat() {
  localStorage.removeItem(ID)
  location.replace(location.pathname)
}

function signOut() {
  localStorage.removeItem(KEY)
  location.reload()
}

// The chat is made outside of components, so that it outlives them.
const opened = key === null ? undefined : openChat({ id, key, agent: params.get("agent") ?? "scripted" })

createRoot(document.getElementById("root")).render(
  <StrictMode>
    {opened === undefined ? <SignIn onKey={signIn} /> : <ChatView {...opened} onNew={newChat} onSignOut={signOut} />}
  </StrictMode>,
)
