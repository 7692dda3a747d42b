/**
 * The ways out of an attachment: what ends it, and what is said of it.
 */
import type { Connection } from "@holdfast/client/Connection"
import { HoldfastError } from "@holdfast/client/errors"
import { CliFailure, EXIT, toFailure } from "../failure.ts"
import { hint, hubWords } from "../hint.ts"
import { print } from "../output.ts"
import { printable } from "../text/printable.ts"
import type { ViewEnding } from "./AttachedView.ts"

/** How an attachment came to its end. */
export type WayOut =
  /** `unsent`: what was typed after the detach key, as text. */
  | { readonly _tag: "Detached"; readonly unsent: string }
  | { readonly _tag: "Over"; readonly ending: ViewEnding }
  | { readonly _tag: "Signal"; readonly signal: string }
  | { readonly _tag: "Failed"; readonly error: unknown }

/** Ends with what no one caught; gives the function that stops listening. */
export function onFaults(end: (way: WayOut) => void): () => void {
  const fault = (error: unknown): void => end({ _tag: "Failed", error })
  process.on("uncaughtException", fault).on("unhandledRejection", fault)
  return () => process.off("uncaughtException", fault).off("unhandledRejection", fault)
}

/** Ends with a signal; gives the function that stops listening. */
export function onSignals(end: (way: WayOut) => void): () => void {
  const signals = ["SIGTERM", "SIGHUP", "SIGINT", "SIGQUIT"] as const
  const came = (signal: string): void => end({ _tag: "Signal", signal })
  for (const signal of signals) process.on(signal, came)
  return () => {
    // A terminal that closes says so more than once, also by way of who started this: that is not to cut the way out short.
    process.on("SIGHUP", () => undefined)
    for (const signal of signals) process.off(signal, came)
  }
}

/** Seconds to wait for a hub that went away, where no one says. */
const WAIT = 600

/** Watches a hub that is away: gives up after `wait` seconds, or at once when it refuses. */
export function onAway(connection: Connection, wait: number = WAIT, end: (way: WayOut) => void): () => void {
  let timer: NodeJS.Timeout | undefined
  const stop = connection.onState((state) => {
    clearTimeout(timer)
    if (state._tag === "Refused") end({ _tag: "Failed", error: state.error })
    else if (state._tag === "Reconnecting") {
      timer = setTimeout(() => {
        end({
          _tag: "Failed",
          error: new HoldfastError("Unreachable", `it did not come back within ${wait} s; the session may still be running`),
        })
      }, wait * 1000)
    }
  })
  return () => {
    clearTimeout(timer)
    stop()
  }
}

/** Says how it ended; throws the failure that it was. */
export function leave(way: WayOut, label: string, id: string, passOn: boolean): void {
  switch (way._tag) {
    case "Detached":
      if (way.unsent !== "") print(`[typed after the detach key, not sent: ${printable(way.unsent)}]`)
      return print(`[detached from ${label}; to return: ${hint(`attach ${id.slice(-8)}`)}]`)
    case "Over":
      print(`[${label} ${way.ending.text}]`)
      if (passOn) process.exitCode = way.ending.code ?? EXIT.refused
      return
    case "Signal":
      throw new CliFailure(EXIT.refused, "Ended", `attach was ended by ${way.signal}; the session keeps running`)
    case "Failed":
      if (way.error instanceof HoldfastError && way.error.tag === "DetachedBy")
        return print(`[${hubWords(way.error.message)}; ${label} keeps running: ${hint(`attach ${id.slice(-8)}`)}]`)
      throw toFailure(way.error)
  }
}
