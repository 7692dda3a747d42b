/**
 * `holdfast token`: bearer tokens for programs.
 */
import type { TokenScope } from "@holdfast/protocol/http-bodies"
import { refused } from "../failure.ts"
import { hint } from "../hint.ts"
import { complain, outputWidth, paint, print, printEither, printJson } from "../output.ts"
import { ask, useHub } from "../server/hub.ts"
import { ago } from "../text/amounts.ts"
import { printable } from "../text/printable.ts"
import { table } from "../text/table.ts"

/** Makes a token and prints its secret, which is shown this once. */
export async function newToken(name: string, scope: TokenScope, json: boolean): Promise<void> {
  const token = await ask(useHub(), (api) => api.makeToken(name, scope))
  if (json) return printJson(token)
  print(token.secret)
  if (process.stdout.isTTY)
    complain(`token ${printable(token.name)} (${token.id}) with scope ${token.scope}; its secret is not shown again`)
}

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
            { title: "SCOPE", text: ({ scope }) => scope },
            { title: "MADE", text: ({ createdAt }) => ago(createdAt, Date.now()), side: "right" },
          ],
          tokens,
          { paint, ...(width === undefined ? {} : { width }) },
        ),
  )
}

/** Revokes a token by its id or name; what it opened is closed. */
export async function revokeToken(text: string, json: boolean): Promise<void> {
  const hub = useHub()
  const { tokens } = await ask(hub, (api) => api.tokens())
  const matches = tokens.filter(({ id, name }) => id === text || name === text)
  const [token] = matches
  if (matches.length > 1)
    throw refused("TokenAmbiguous", `several tokens are named ${text}: ${matches.map(({ id }) => id).join(", ")}`)
  if (token === undefined) throw refused("TokenNotFound", `no token with id or name ${text}; see ${hint("token ls")}`)
  const answer = await ask(hub, (api) => api.revokeToken(token.id))
  printEither(json, { ...answer, id: token.id }, () => [`revoked ${printable(token.name)} (${token.id})`])
}

/** Replaces the credential in its file; every program that used the former one is cut off. */
export async function rotate(json: boolean): Promise<void> {
  const answer = await ask(useHub(), (api) => api.rotate())
  printEither(json, answer, () => [`the credential was replaced; browsers need a new link: ${hint("open")}`])
}
