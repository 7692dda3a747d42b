/** One message, part by part. */
export function Message({ message, isQueued, unsent, onAnswer, onDrop, onRetry }) {
  return (
    <article className={message.role} data-queued={isQueued || unsent !== undefined || undefined}>
      {message.parts.map((part, at) => (
        <Part key={at} part={part} onAnswer={onAnswer} />
      ))}
      {isQueued && <small>queued</small>}
      {unsent !== undefined && <Unsent {...unsent} onDrop={onDrop} onRetry={onRetry} />}
    </article>
  )
}

/** A message that is in the outbox: it waits for the hub, over reloads too, or the hub refused it. */
function Unsent({ failure, status, onDrop, onRetry }) {
  if (status !== "failed")
    return (
      <p className="asks unsent">
        <small>not sent yet</small>
        <button onClick={onDrop}>Take back</button>
      </p>
    )
  return (
    <>
      <p className="error">Not sent: {failure.message}</p>
      <p className="asks">
        <button onClick={onRetry}>Send again</button>
        <button onClick={onDrop}>Drop</button>
      </p>
    </>
  )
}

function Part({ part, onAnswer }) {
  switch (part.type) {
    case "text":
      return <p>{part.text}</p>
    case "reasoning":
      return <p className="reasoning">{part.text}</p>
    case "dynamic-tool":
      return <ToolCall part={part} onAnswer={onAnswer} />
    case "data-notice":
      return <p className="notice">{part.data.text}</p>
    default:
      return null
  }
}

const STATES = {
  "input-streaming": "preparing",
  "input-available": "running",
  "approval-requested": "asks for permission",
  "approval-responded": "answered",
  "output-available": "done",
  "output-error": "failed",
  "output-denied": "rejected",
}

const shown = (value) => (typeof value === "string" ? value : JSON.stringify(value, null, 2))

function ToolCall({ part: { approval, errorText, input, output, state, toolName }, onAnswer }) {
  return (
    <details className="tool" open={state !== "output-available"}>
      <summary>
        {toolName} <small data-state={state}>{STATES[state]}</small>
      </summary>
      <pre>{shown(input?.command ?? input)}</pre>
      {state === "approval-requested" && (
        <p className="asks">
          <button className="main" onClick={() => onAnswer(approval.id, true)}>
            Allow
          </button>
          <button onClick={() => onAnswer(approval.id, false)}>Reject</button>
        </p>
      )}
      {output !== undefined && <pre>{shown(output)}</pre>}
      {errorText !== undefined && <pre className="error">{errorText}</pre>}
    </details>
  )
}
