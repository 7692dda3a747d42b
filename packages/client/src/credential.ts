/** The credential of a client: a value, or a function that is asked for it (docs/protocol/rules.md, C-33). */
import { HoldfastError, reasonOf } from "./errors.ts"

/**
 * A token or a browser's key, or a function that returns it, now or later. A function is asked at each connect and call, and once
 * more when the hub answers 401.
 */
export type Credential = string | undefined | (() => string | undefined | Promise<string | undefined>)

/** Asks for a credential. Fails with what the function throws if that is a `HoldfastError`, otherwise with `Unreachable`. */
export async function askCredential(ask: Exclude<Credential, string | undefined>): Promise<string | undefined> {
  try {
    return await ask()
  } catch (cause) {
    if (cause instanceof HoldfastError) throw cause
    throw new HoldfastError("Unreachable", `the credential could not be had: ${reasonOf(cause)}`)
  }
}
