/** Asks for the key. */
export function SignIn({ onKey }) {
  return (
    <form
      className="sign-in"
      onSubmit={(event) => {
        event.preventDefault()
        onKey(new FormData(event.currentTarget).get("key").trim())
      }}
    >
      <h1>Holdfast with useChat</h1>
      <p>Paste a token. In the repository's root, this makes one:</p>
      <pre>npx holdfast token new use-chat --scope write</pre>
      <input name="key" type="password" autoComplete="off" placeholder="Token" required autoFocus aria-label="Token" />
      <button className="main">Continue</button>
    </form>
  )
}
