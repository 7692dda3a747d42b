/** A device or a program that has a token: what it may do, another name for it, and its end. */
import { useState } from "react"
import type { FormEvent, ReactElement } from "react"
import { makeDeviceApi } from "@holdfast/client/model"
import type { Hub } from "@holdfast/client/model"
import type { TokenScope, TokenShown } from "@holdfast/protocol/http-bodies"
import { Button } from "../ui/Button.tsx"
import { Time } from "../ui/Time.tsx"
import css from "./settings.module.css"

/** What a token may do, in words. */
export const SCOPES: Readonly<Record<TokenScope, string>> = {
  all: "may do everything",
  write: "may work, not administer",
  read: "may read",
}

interface DeviceRowProps {
  readonly token: TokenShown
  readonly change: (act: (hub: Hub) => Promise<unknown>) => Promise<boolean>
}

/** One of them. */
export function DeviceRow({ token, change }: DeviceRowProps): ReactElement {
  const { id, name, scope, createdAt, expiresAt, usedAt, device } = token
  const [isNaming, setIsNaming] = useState(false)
  const rename = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const next = String(new FormData(event.currentTarget).get("name")).trim()
    void change((hub) => makeDeviceApi(hub.http).rename(id, next)).then((isDone) => isDone && setIsNaming(false))
  }
  if (isNaming)
    return (
      <li>
        <form className={css["make"]} onSubmit={rename}>
          <input
            name="name"
            aria-label={`New name of ${name}`}
            defaultValue={name}
            required
            maxLength={64}
            dir="auto"
            autoComplete="off"
            autoFocus
            onKeyDown={(event) => {
              if (event.key !== "Escape") return
              event.stopPropagation()
              setIsNaming(false)
            }}
          />
          <Button type="submit">Rename</Button>
          <Button kind="quiet" onClick={() => setIsNaming(false)}>
            Cancel
          </Button>
        </form>
      </li>
    )
  return (
    <li>
      <b dir="auto">{name}</b>
      <span>
        {SCOPES[scope]} · since <Time at={createdAt} />
        {expiresAt === undefined ? null : `, until ${new Date(expiresAt).toLocaleString()}`}
        {usedAt === undefined ? " · not used yet" : " · last used "}
        {usedAt === undefined ? null : <Time at={usedAt} />}
      </span>
      {device === true ? (
        <Button aria-label={`Rename ${name}`} onClick={() => setIsNaming(true)}>
          Rename
        </Button>
      ) : null}
      <Button kind="danger" aria-label={`Revoke ${name}`} onClick={() => void change((hub) => hub.sessions.revokeToken(id))}>
        Revoke
      </Button>
    </li>
  )
}
