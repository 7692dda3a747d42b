/**
 * The credential's file: made at first start, mode 0600, replaced in one step (G-5).
 */
import { chmodSync, readFileSync, statSync } from "node:fs"
import { writeDurably } from "@holdfast/store/durable-file"
import { makeSecret } from "@holdfast/doors/credentials/secret"

/** The credential's file cannot be used; `message` says what to do. */
export class CredentialFileUnusable extends Error {
  readonly _tag = "CredentialFileUnusable"
}

const FORM = /^[A-Za-z0-9_-]{43,128}$/

/** The credential in `file`, made and written first when there is none. Rejects with `CredentialFileUnusable`. */
export async function readOrMakeCredential(file: string): Promise<{ readonly secret: string; readonly made: boolean }> {
  const found = readCredential(file)
  if (found !== undefined) return { secret: found, made: false }
  return { secret: await replaceCredential(file), made: true }
}

/** Gives the credential in `file`, or `undefined` when there is no such file. Throws `CredentialFileUnusable`. */
export function readCredential(file: string): string | undefined {
  const text = readIfThere(file)
  if (text === undefined) return undefined
  const secret = text.trim()
  if (!FORM.test(secret)) {
    throw new CredentialFileUnusable(`${file} does not hold a credential; remove it, and the next start creates a new one`)
  }
  if (process.platform !== "win32" && (statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600)
  return secret
}

/** Writes a new credential to `file` in one step, durably, and gives it. Rejects with `CredentialFileUnusable`. */
export async function replaceCredential(file: string): Promise<string> {
  const secret = makeSecret()
  try {
    await writeDurably(file, `${secret}\n`)
    return secret
  } catch (cause) {
    throw new CredentialFileUnusable(`cannot write ${file}: ${messageOf(cause)}; check the directory's owner, mode and space`, {
      cause,
    })
  }
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8")
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") return undefined
    throw new CredentialFileUnusable(`cannot read ${file}: ${messageOf(cause)}; it must belong to the user who runs the hub`, {
      cause,
    })
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))
