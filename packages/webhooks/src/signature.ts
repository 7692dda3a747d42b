/** Signing as Standard Webhooks has it (https://www.standardwebhooks.com, version 1): HMAC-SHA256 over id, time and body. */
import { createHmac, randomBytes } from "node:crypto"

const PREFIX = "whsec_"

/** A new secret of 32 random bytes. */
export function makeSigningSecret(): string {
  return PREFIX + randomBytes(32).toString("base64")
}

/** What is sent: its id, when, in whole epoch seconds, and the body. */
export interface Signed {
  readonly id: string
  readonly seconds: number
  readonly body: string
}

/** The headers of a request: a signature by each secret. */
export function signedHeaders({ id, seconds, body }: Signed, secrets: ReadonlyArray<string>): Readonly<Record<string, string>> {
  const signatures = secrets.map((secret) => {
    const key = Buffer.from(secret.slice(PREFIX.length), "base64")
    return `v1,${createHmac("sha256", key).update(`${id}.${seconds}.${body}`).digest("base64")}`
  })
  return { "webhook-id": id, "webhook-timestamp": String(seconds), "webhook-signature": signatures.join(" ") }
}
