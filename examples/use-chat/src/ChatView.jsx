/** The messages of the chat, what waits, what is asked, and the box to write in. */
import { useChat } from "@ai-sdk/react"
import { useEffect, useRef, useSyncExternalStore } from "react"
import { Composer } from "./Composer.jsx"
import { Message } from "./Message.jsx"
import { Request } from "./Request.jsx"

const EXAMPLES = ["Hello!", "[[slow 100 100]]", "[[bash ls]]", "[[ask Which one?|Red|Blue]]"]

export function ChatView({ chat, binding, connection, onNew, onSignOut }) {
  const { addToolApprovalResponse, error, messages, sendMessage } = useChat({ chat })
  const session = useSyncExternalStore(binding.subscribe, () => binding.state)
  const link = useSyncExternalStore(
    (listener) => connection.onState(listener),
    () => connection.state,
  )
  const { ref, onScroll } = useNewestInSight()
  const send = (text) => void sendMessage({ text })

  // Requests about a tool call are shown with the call; these are questions and plans.
  const others = session.permissions.filter(({ toolCallId }) => toolCallId === undefined)
  const isRefused = link._tag === "Refused"
  const queued = new Map(session.queue.map((item) => [item.key ?? item.id, item]))
  const unsent = new Map(session.unsent.map((message) => [message.key, message]))
  // What was sent before the page was loaded, or elsewhere, waits in the queue alone.
  const shown = new Set(messages.map(({ id }) => id))
  const waiting = [...queued].flatMap(([id, { parts, status }]) =>
    shown.has(id) || status !== "waiting" ? [] : [{ id, role: "user", parts }],
  )
  const isRejected = session.unsent.some(({ status }) => status === "failed")
  const isEmpty = messages.length === 0 && session.turn === undefined && !isRefused
  return (
    <>
      <header>
        <h1>Holdfast</h1>
        <span className="state" data-state={link._tag}>
          {link._tag.toLowerCase()}
        </span>
        <button onClick={onNew}>New chat</button>
        <button onClick={onSignOut}>Sign out</button>
      </header>
      <section className="messages" ref={ref} onScroll={onScroll}>
        {session.hasEarlier && <button onClick={() => void binding.loadEarlier()}>Earlier messages</button>}
        {isEmpty && (
          <div className="empty">
            <p>Write to the agent, or try one of these:</p>
            {EXAMPLES.map((text) => (
              <button key={text} onClick={() => send(text)}>
                {text}
              </button>
            ))}
          </div>
        )}
        {[...messages, ...waiting].map((message) => (
          <Message
            key={message.id}
            message={message}
            isQueued={queued.get(message.id)?.status === "waiting"}
            unsent={unsent.get(message.id)}
            onRetry={() => void binding.retry(message.id)}
            onDrop={() => void binding.drop(message.id)}
            onAnswer={(id, approved) => void addToolApprovalResponse({ id, approved })}
          />
        ))}
        {others.map((request) => (
          <Request key={request.id} request={request} onAnswer={(answer) => void binding.answer(request.id, answer)} />
        ))}
        {isRefused && <p className="error">The hub does not accept this token. Sign out, and use another token.</p>}
        {error !== undefined && !isRejected && !isRefused && <p className="error">{error.message}</p>}
        {session.error !== undefined && !isRefused && <p className="error">{session.error.message}</p>}
        {session.hold !== undefined && <p className="error">The queue is held: {session.hold.reason}</p>}
      </section>
      <Composer onSend={send} onStop={session.turn === undefined ? undefined : () => void binding.stop()} />
    </>
  )
}

/** Keeps the newest in sight, unless the reader has scrolled up. */
function useNewestInSight() {
  const ref = useRef(null)
  const isAtEnd = useRef(true)
  useEffect(() => {
    if (isAtEnd.current) ref.current.scrollTop = ref.current.scrollHeight
  })
  const onScroll = () => {
    const { clientHeight, scrollHeight, scrollTop } = ref.current
    isAtEnd.current = scrollHeight - scrollTop - clientHeight < 40
  }
  return { ref, onScroll }
}
