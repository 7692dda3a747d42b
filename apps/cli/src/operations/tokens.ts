/**
 * `holdfast token`: bearer tokens of programs, and devices that were paired.
 */
import type { TokenScope, TokenShown } from "@holdfast/protocol/http-bodies"
import { refused } from "../failure.ts"
import { hint } from "../hint.ts"
import { complain, outputWidth, paint, print, printEither, printJson } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { asked } from "./pair.ts"
import { wholeId } from "../sessions/whole-id.ts"
import { ago, clock } from "../text/amounts.ts"
import { timeFrom } from "../text/moments.ts"
import { printable } from "../text/printable.ts"
import { table } from "../text/table.ts"

/** What a token is to be. */
export interface TokenOptions {
  readonly name: string
  readonly scope: TokenScope
  /** Names of the sessions that it is bound to; none for all of them. */
  readonly sessions: ReadonlyArray<string>
  /** When it ends, as a person types it. */
  readonly expires: string | undefined
  readonly json: boolean
}

/** Makes a token and prints its secret, which is shown this once. */
export async function newToken({ name, scope, sessions: names, expires, json }: TokenOptions): Promise<void> {
  const expiresAt = expires === undefined ? undefined : timeFrom(expires, Date.now(), "--expires")
  const hub = useHub()
  const sessions: Array<string> = []
  for (const session of names) sessions.push(await wholeId(session))
  const limits = {
    ...(sessions.length === 0 ? {} : { sessions }),
    ...(expiresAt === undefined ? {} : { expiresAt }),
  }
  const token = await ask(hub, (api) => api.makeToken(name, scope, limits))
  if (json) return printJson(token)
  print(token.secret)
  if (process.stdout.isTTY)
    complain(`token ${printable(token.name)} (${token.id}) with scope ${token.scope}; its secret is not shown again`)
}

/** The end of an id, by which a command finds the session again. */
const shortened = (id: string): string => id.slice(-8)

/** Lists the tokens, without their secrets. */
export async function listTokens(json: boolean): Promise<void> {
  const { tokens } = await ask(useHub(), (api) => api.tokens())
  const width = outputWidth()
  printEither(json, tokens, () =>
    tokens.length === 0
      ? [`no tokens; create one with: ${hint("token new NAME")}`]
      : table(
          [
            { title: "ID", text: ({ id }) => id, style: () => "cyan" },
            { title: "NAME", text: ({ name }) => printable(name), style: () => "bold" },
            { title: "KIND", text: ({ device }) => (device === true ? "device" : "program") },
            { title: "SCOPE", text: ({ scope }) => scope },
            { title: "SESSIONS", text: ({ sessions }) => (sessions === undefined ? "all" : sessions.map(shortened).join(" ")) },
            { title: "EXPIRES", text: ({ expiresAt }) => (expiresAt === undefined ? "never" : clock(expiresAt)) },
            { title: "MADE", text: ({ createdAt }) => ago(createdAt, Date.now()), side: "right" },
            { title: "USED", text: ({ usedAt }) => (usedAt === undefined ? "never" : ago(usedAt, Date.now())), side: "right" },
          ],
          tokens,
          { paint, ...(width === undefined ? {} : { width }) },
        ),
  )
}

/** The one token that an id or a name stands for. */
async function namedToken(text: string): Promise<TokenShown> {
  const { tokens } = await ask(useHub(), (api) => api.tokens())
  const matches = tokens.filter(({ id, name }) => id === text || name === text)
  const [token] = matches
  if (matches.length > 1)
    throw refused("TokenAmbiguous", `several tokens are named ${text}: ${matches.map(({ id }) => id).join(", ")}`)
  if (token === undefined) throw refused("TokenNotFound", `no token with id or name ${text}; see ${hint("token ls")}`)
  return token
}

/** Gives a token or a device another name. */
export async function renameToken(text: string, name: string, json: boolean): Promise<void> {
  const token = await namedToken(text)
  const renamed = await asked((api) => api.rename(token.id, name))
  printEither(json, renamed, () => [`${printable(token.name)} is now ${printable(renamed.name)} (${token.id})`])
}

/** Revokes a token by its id or name; what it opened is closed. */
export async function revokeToken(text: string, json: boolean): Promise<void> {
  const token = await namedToken(text)
  const answer = await ask(useHub(), (api) => api.revokeToken(token.id))
  printEither(json, { ...answer, id: token.id }, () => [`revoked ${printable(token.name)} (${token.id})`])
}

/** Replaces the credential in its file; every program that used the former one is cut off. */
export async function rotate(json: boolean): Promise<void> {
  const answer = await ask(useHub(), (api) => api.rotate())
  printEither(json, answer, () => [
    `the credential was replaced; browsers need a new link: ${hint("open")}, and so do paired devices: ${hint("pair")}`,
  ])
}
