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

function ToolCall({ part: { approval, errorText, input, output, state, toolName }, onAnswer }) {
  return (
    <details open={state !== "output-available"}>
      <summary>
        {toolName} <small>{state}</small>
      </summary>
      <pre>{JSON.stringify(input, null, 2)}</pre>
      {state === "approval-requested" && (
        <p className="asks">
          <button className="allow" onClick={() => onAnswer(approval.id, true)}>
            Allow
          </button>
          <button className="reject" onClick={() => onAnswer(approval.id, false)}>
            Reject
          </button>
        </p>
      )}
      {output !== undefined && <pre>{typeof output === "string" ? output : JSON.stringify(output, null, 2)}</pre>}
      {errorText !== undefined && <pre className="error">{errorText}</pre>}
    </details>
  )
}
