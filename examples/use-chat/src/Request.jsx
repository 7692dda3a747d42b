/** A question, or a plan to approve: what the agent asks that is about no tool call. */
export function Request({ request: { options, questions = [], title }, onAnswer }) {
  const answer = (event) => {
    event.preventDefault()
    const given = new FormData(event.currentTarget)
    const { id } = options.find((option) => option.id === event.nativeEvent.submitter.value)
    onAnswer({
      optionId: id,
      ...(questions.length === 0
        ? {}
        : { answers: Object.fromEntries(questions.map(({ question }) => [question, given.get(question)])) }),
    })
  }
  return (
    <form className="request" onSubmit={answer}>
      {questions.length === 0 && <strong>{title}</strong>}
      {questions.map(({ choices, question }) => (
        <label key={question}>
          {question}
          <select name={question}>
            {choices.map(({ label }) => (
              <option key={label}>{label}</option>
            ))}
          </select>
        </label>
      ))}
      <p className="asks">
        {options.map(({ id, kind, label }) => (
          <button key={id} value={id} className={kind.startsWith("allow") ? "main" : undefined}>
            {label}
          </button>
        ))}
      </p>
    </form>
  )
}
