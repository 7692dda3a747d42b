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
    <form className="asks request" onSubmit={answer}>
      <strong>{title}</strong>
      {questions.map(({ choices, question }) => (
        <select key={question} name={question} aria-label={question}>
          {choices.map(({ label }) => (
            <option key={label}>{label}</option>
          ))}
        </select>
      ))}
      {options.map(({ id, label }) => (
        <button key={id} value={id}>
          {label}
        </button>
      ))}
    </form>
  )
}
