/** One message, part by part. */
export function Message({ message, isQueued, onAnswer }) {
  return (
    <article className={message.role} data-queued={isQueued || undefined}>
      {message.parts.map((part, at) => (
        <Part key={at} part={part} onAnswer={onAnswer} />
      ))}
      {isQueued && <small>queued</small>}
    </article>
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
