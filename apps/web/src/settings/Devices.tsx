/** This device, and the tokens by which devices and programs sign in. */
import { useId, useState } from "react"
import type { FormEvent, ReactElement } from "react"
import type { Hub } from "@holdfast/client/model"
import type { TokenMade } from "@holdfast/client"
import { ownName } from "../app/device.ts"
import { Button } from "../ui/Button.tsx"
import { useStore } from "../ui/store.ts"
import { Time } from "../ui/Time.tsx"
import { Part, Things } from "./Part.tsx"
import { useAsked } from "./use-asked.ts"
import css from "./settings.module.css"

const readTokens = async (hub: Hub) => (await hub.sessions.tokens()).tokens

const SCOPES: Readonly<Record<string, string>> = { all: "may do everything", write: "may work, not administer", read: "may read" }

/** Devices and tokens. */
export function Devices(): ReactElement {
  const { value, problem, change } = useAsked(readTokens)
  return (
    <>
      <Part title="This device" about="What others who watch a session, and your other devices, see.">
        <OwnName />
      </Part>
      <Part title="Tokens" about="Each signs in one device or program. Revoking one closes what it has opened." problem={problem}>
        <Things value={value} none="There are none. A link from the server signs in a browser without one.">
          {({ id, name, scope, createdAt, expiresAt }) => (
            <li key={id}>
              <b dir="auto">{name}</b>
              <span>
                {SCOPES[scope]} · <Time at={createdAt} />
                {expiresAt === undefined ? null : `, until ${new Date(expiresAt).toLocaleString()}`}
              </span>
              <Button
                kind="danger"
                onClick={() => void change((hub) => hub.sessions.revokeToken(id))}
                aria-label={`Revoke ${name}`}
              >
                Revoke
              </Button>
            </li>
          )}
        </Things>
        <NewToken make={(act) => change(act)} />
      </Part>
    </>
  )
}

function OwnName(): ReactElement {
  const name = useStore(ownName)
  const id = useId()
  return (
    <div className={css["line"]}>
      <label htmlFor={id}>Name</label>
      <input
        id={id}
        defaultValue={name}
        dir="auto"
        maxLength={100}
        autoComplete="off"
        onBlur={(event) => ownName.choose(event.target.value.trim())}
      />
      <small>It is used from the next load of the page on; an empty one is made of browser and system.</small>
    </div>
  )
}

function NewToken({ make }: { readonly make: (act: (hub: Hub) => Promise<unknown>) => Promise<boolean> }): ReactElement {
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
