/** A token for a program is made; its secret is shown this once. */
import { useState } from "react"
import type { FormEvent, ReactElement } from "react"
import type { Hub } from "@holdfast/client/model"
import type { TokenMade } from "@holdfast/client"
import { Button } from "../ui/Button.tsx"
import { SCOPES } from "./DeviceRow.tsx"
import css from "./settings.module.css"

/** The form, and the secret. */
export function NewToken({ make }: { readonly make: (act: (hub: Hub) => Promise<unknown>) => Promise<boolean> }): ReactElement {
  const [made, setMade] = useState<TokenMade | undefined>(undefined)
  const [isCopied, setIsCopied] = useState(false)
  const submitted = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const form = event.currentTarget
    const data = new FormData(form)
    const scope = data.get("scope") === "read" ? "read" : data.get("scope") === "all" ? "all" : "write"
    setIsCopied(false)
    void make(async (hub) => setMade(await hub.sessions.makeToken(String(data.get("name")).trim(), scope))).then((isMade) => {
      if (isMade) form.reset()
    })
  }
  const copy = (): void => void navigator.clipboard.writeText(made?.secret ?? "").then(() => setIsCopied(true))
  return (
    <>
      <form className={css["make"]} onSubmit={submitted}>
        <input
          name="name"
          aria-label="Name of the token"
          placeholder="Name, such as build machine"
          required
          maxLength={64}
          autoComplete="off"
        />
        <select name="scope" aria-label="What it may do" defaultValue="write">
          {Object.entries(SCOPES).map(([scope, words]) => (
            <option key={scope} value={scope}>
              {words}
            </option>
          ))}
        </select>
        <Button type="submit">Make a token</Button>
      </form>
      {made === undefined ? null : (
        <div className={css["secret"]} role="status">
          <p>
            The secret of <bdi>{made.name}</bdi>. It is shown only now.
          </p>
          <code>{made.secret}</code>
          <Button onClick={copy}>{isCopied ? "Copied" : "Copy"}</Button>
          <Button kind="quiet" onClick={() => setMade(undefined)}>
            Hide
          </Button>
        </div>
      )}
    </>
  )
}
