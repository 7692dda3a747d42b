/** How the connection stands: since when, how fast, and when the next attempt is. */
import { useEffect, useRef } from "react"
import type { ReactElement } from "react"
import type { ConnectionState } from "@holdfast/client"
import { useConnection, useHub } from "@holdfast/react"
import { Popover } from "../ui/Popover.tsx"
import { Button } from "../ui/Button.tsx"
import { useStore } from "../ui/store.ts"
import { clockTime } from "../ui/time.ts"
import { listAge } from "./kept.ts"
import { tellNotice } from "./notices.ts"
import { sentence } from "./sentence.ts"
import { Seconds } from "./Seconds.tsx"
import { useDelay } from "./use-delay.ts"
import styles from "./ConnectionItem.module.css"

/** The state of the connection, with what it means and what can be done. */
export function ConnectionItem(): ReactElement {
  const { state, retry } = useConnection()
  const delay = useDelay()
  useRestartNotice(state)
  const { kind, words } = shownAs(state)
  const button = (
    <button type="button" className={styles["item"]} data-kind={kind}>
      <i aria-hidden="true" />
      {words}
      {state._tag === "Online" && delay !== undefined ? <span className={styles["delay"]}>{delay} ms</span> : null}
      {state._tag === "Reconnecting" ? (
        <span className={styles["since"]}>
          <Since state={state} />
        </span>
      ) : null}
    </button>
  )
  return (
    <>
      <Popover trigger={button} label="Connection" side="top">
        <Details state={state} />
      </Popover>
      {state._tag === "Reconnecting" ? (
        <button type="button" className={styles["act"]} onClick={retry}>
          Try now
        </button>
      ) : null}
    </>
  )
}

function shownAs(state: ConnectionState): { readonly kind: "good" | "wait" | "bad"; readonly words: string } {
  switch (state._tag) {
    case "Online":
      return { kind: "good", words: "Connected" }
    case "Connecting":
      return { kind: "wait", words: "Connecting" }
    case "Reconnecting":
      return { kind: "bad", words: "Not connected" }
    case "Refused":
      return { kind: "bad", words: "Not signed in" }
    case "Closed":
      return { kind: "bad", words: "Closed" }
  }
}

/** Times of a connection's clock in epoch milliseconds. */
function useWallClock(): (at: number) => number {
  const hub = useHub()
  return (at) => Date.now() - hub.hub.connection.timers.now() + at
}

function Since({ state }: { readonly state: Extract<ConnectionState, { readonly _tag: "Reconnecting" }> }): ReactElement {
  const wall = useWallClock()
  return (
    <>
      since {clockTime(wall(state.since))}, next try in <Seconds until={wall(state.retryAt)} />
    </>
  )
}

function Details({ state }: { readonly state: ConnectionState }): ReactElement {
  const { retry } = useConnection()
  const age = useStore(listAge)
  const away = state._tag === "Reconnecting" || state._tag === "Connecting"
  return (
    <div className={styles["details"]}>
      {state._tag === "Online" ? (
        <p>
          Connected to {location.host}, Holdfast {state.version}. Sessions run there, whether this page is open or not.
        </p>
      ) : null}
      {state._tag === "Reconnecting" ? (
        <p dir="auto">
          {sentence(`The connection was lost: ${state.reason}`)} The server has been away <Since state={state} />.
        </p>
      ) : null}
      {state._tag === "Refused" ? <p dir="auto">{state.error.message}</p> : null}
      {away ? <p>Sessions keep running on the server. What you send now is kept here, and is sent when it is back.</p> : null}
      {age === undefined ? null : <p>The list is as of {clockTime(age)}.</p>}
      {state._tag === "Reconnecting" ? (
        <Button kind="kelp" onClick={retry}>
          Try now
        </Button>
      ) : null}
    </div>
  )
}

/** Says once that the server was restarted. */
function useRestartNotice(state: ConnectionState): void {
  const before = useRef<string | undefined>(undefined)
  const hub = state._tag === "Online" ? state.hub : undefined
  useEffect(() => {
    if (hub === undefined) return
    if (before.current !== undefined && before.current !== hub)
      tellNotice(`The server was restarted at ${clockTime(Date.now())}; every session was kept.`)
    before.current = hub
  }, [hub])
}
