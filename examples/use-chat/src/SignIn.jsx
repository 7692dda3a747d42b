/** Asks for the key, and keeps the form until the hub takes it. */
import { makeApi } from "@holdfast/client"
import { useState } from "react"

export function SignIn({ onKey }) {
  const [problem, setProblem] = useState()
  const [isAsking, setIsAsking] = useState(false)
  const submit = async (event) => {
    event.preventDefault()
    const token = new FormData(event.currentTarget).get("key").trim()
    setIsAsking(true)
    try {
      await makeApi({ origin: "", fetch, token }).list({ limit: 1 })
      onKey(token)
    } catch ({ message, tag }) {
      setProblem(tag === "Unauthorized" ? "The hub does not accept this token." : message)
    }
    setIsAsking(false)
  }
  return (
    <form className="sign-in" onSubmit={submit}>
      <h1>Holdfast with useChat</h1>
      <p>Paste a token. In the repository's root, this makes one:</p>
      <pre>npx holdfast token new use-chat --scope write</pre>
      <input name="key" type="password" autoComplete="off" placeholder="Token" required autoFocus aria-label="Token" />
      {problem !== undefined && (
        <p className="error" role="alert">
          {problem}
        </p>
      )}
      <button className="main" disabled={isAsking}>
        Continue
      </button>
    </form>
  )
}
