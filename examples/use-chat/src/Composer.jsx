/** The box to write in: Enter sends, Shift+Enter begins a line. */
export function Composer({ onSend, onStop }) {
  const submit = (event) => {
    event.preventDefault()
    const form = event.currentTarget
    const text = new FormData(form).get("text").trim()
    if (text === "") return
    form.reset()
    onSend(text)
  }
  const press = (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return
    event.preventDefault()
    event.currentTarget.form.requestSubmit()
  }
  return (
    <form className="box" onSubmit={submit}>
      <textarea
        name="text"
        rows="1"
        autoComplete="off"
        enterKeyHint="send"
        placeholder="Write to the agent"
        aria-label="Message"
        onKeyDown={press}
      />
      {onStop !== undefined && (
        <button type="button" onClick={onStop}>
          Stop
        </button>
      )}
      <button className="main">Send</button>
    </form>
  )
}
