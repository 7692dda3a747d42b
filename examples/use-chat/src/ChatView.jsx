/** The messages of the chat, what waits, what is asked, and the box to write in. */
import { useChat } from "@ai-sdk/react"
import { useEffect, useRef, useState, useSyncExternalStore } from "react"
import { Message } from "./Message.jsx"
import { Request } from "./Request.jsx"

export function ChatView({ chat, binding, connection, onNew, onSignOut }) {
  const { addToolApprovalResponse, error, messages, sendMessage, status } = useChat({ chat })
  const session = useSyncExternalStore(binding.subscribe, () => binding.state)
  const online = useOnline(connection)
  const end = useRef(null)
  useEffect(() => {
    end.current?.scrollIntoView({ block: "end" })
  }, [messages])

  const send = (event) => {
    event.preventDefault()
    const form = event.currentTarget
    const text = new FormData(form).get("text").trim()
    if (text === "") return
    form.reset()
    void sendMessage({ text })
  }

  // Requests about a tool call are shown with the call; these are questions and plans.
  const others = session.permissions.filter(({ toolCallId }) => toolCallId === undefined)
  return (
    <>
      <header>
        <span className={`state ${online}`}>{online}</span>
        <span>{session.turn === undefined ? status : "working"}</span>
        {session.turn !== undefined && <button onClick={() => void binding.stop()}>Stop</button>}
        <button onClick={onNew}>New chat</button>
        <button onClick={onSignOut}>Sign out</button>
      </header>
      <section className="messages">
        {session.hasEarlier && <button onClick={() => void binding.loadEarlier()}>Earlier messages</button>}
        {messages.map((message) => (
          <Message
            key={message.id}
            message={message}
            isQueued={session.queue.some(({ key }) => key === message.id)}
            onAnswer={(id, approved) => void addToolApprovalResponse({ id, approved })}
          />
        ))}
        {others.map((request) => (
          <Request key={request.id} request={request} onAnswer={(answer) => void binding.answer(request.id, answer)} />
        ))}
        {error !== undefined && <p className="error">{error.message}</p>}
        {session.error !== undefined && <p className="error">{session.error.message}</p>}
        {session.hold !== undefined && <p className="error">The queue is held: {session.hold.reason}</p>}
        <div ref={end} />
      </section>
      <form className="box" onSubmit={send}>
        <input name="text" autoComplete="off" placeholder="Write to the agent" aria-label="Message" />
        <button>Send</button>
      </form>
    </>
  )
}

/** `online`, or why not. */
function useOnline(connection) {
  const [state, setState] = useState(connection.state._tag)
  useEffect(() => {
    setState(connection.state._tag)
    return connection.onState(({ _tag }) => setState(_tag))
  }, [connection])
  return state.toLowerCase()
}
