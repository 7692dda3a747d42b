/** What is shown where the server does not let this browser in: why, and the two ways in. */
import { useState } from "react"
import type { FormEvent, ReactElement } from "react"
import { HoldfastError, makeApi } from "@holdfast/client"
import { useOutbox } from "@holdfast/react"
import { KEY_ITEM } from "@holdfast/protocol/browser-key"
import { Button } from "../ui/Button.tsx"
import { basePath, serverUrl } from "./base.ts"
import { linkSecret } from "./sign-in-link.ts"
import styles from "./SignIn.module.css"

/** Whether the server lets a key in; where it cannot be asked, that is found out once it can. */
async function isKnown(key: string): Promise<boolean> {
  try {
    await makeApi({ origin: serverUrl(), fetch, token: key }).list({ limit: 1 })
    return true
  } catch (cause) {
    // No key has characters that cannot be sent.
    return !(cause instanceof HoldfastError && (cause.tag === "Unauthorized" || cause.tag === "InvalidCall"))
  }
}

/** A field for a link or a key. */
export default function SignIn({ error }: { readonly error: HoldfastError }): ReactElement {
  const [problem, setProblem] = useState<string | undefined>(undefined)
  const { items: unsent } = useOutbox()
  const isSignedOut = error.tag === "Unauthorized"
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const given = String(new FormData(event.currentTarget).get("way") ?? "").trim()
    if (given === "") return setProblem("Paste a link, or a key.")
    const link = linkSecret(given, document.baseURI)
    if (link !== undefined) return location.assign(link)
    if (/^https?:/i.test(given)) return setProblem("This link is for another server.")
    void enter(given)
  }
  const enter = async (key: string): Promise<void> => {
    setProblem(undefined)
    if (!(await isKnown(key))) return setProblem("The server does not know this key. It may have ended, or be cut off.")
    try {
      localStorage.setItem(KEY_ITEM + basePath(), key)
    } catch {
      return setProblem("This browser does not let this page keep anything. Allow it, then try again.")
    }
    location.reload()
  }
  return (
    <form className={styles["form"]} onSubmit={submit} aria-labelledby="sign-in">
      <h2 id="sign-in">{isSignedOut ? "This browser is not signed in" : "The server does not let this browser in"}</h2>
      {isSignedOut ? null : <p dir="auto">{error.message}</p>}
      <p>
        Run <code>holdfast open</code> where the server runs: it opens a link that signs this browser in. For a phone there is{" "}
        <code>holdfast pair</code>.
      </p>
      <label htmlFor="sign-in-way">Or paste a link or a key here</label>
      <span className={styles["line"]}>
        <input id="sign-in-way" name="way" type="password" autoComplete="off" spellCheck={false} data-autofocus="" />
        <Button kind="kelp" type="submit">
          Sign in
        </Button>
      </span>
      {problem === undefined ? null : <p role="alert">{problem}</p>}
      {unsent.length === 0 ? null : (
        <p className={styles["soft"]}>What you have not sent is still here, and goes out when you are signed in.</p>
      )}
    </form>
  )
}
