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
      <p>
        Paste a token. <code>node apps/cli/dist/main.js token new use-chat --scope write</code> makes one.
      </p>
      <input name="key" type="password" autoComplete="off" required aria-label="Token" />
      <button>Continue</button>
    </form>
  )
}
