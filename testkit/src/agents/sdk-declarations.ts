/** What the types of the installed Claude Agent SDK name: its options, and the messages that it sends. */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { claudeSdk, pathOf } from "./heavy.ts"

const declarations = (): string => readFileSync(join(dirname(pathOf(claudeSdk())), "sdk.d.ts"), "utf8").replaceAll("\r\n", "\n")

/** The text of a declared type, up to its end; throws when the SDK has no such type. */
function typeOf(text: string, name: string): string {
  const begin = text.search(new RegExp(`^export declare type ${name} = `, "m"))
  if (begin < 0) throw new Error(`the SDK declares no type ${name}`)
  const rest = text.slice(begin)
  const line = rest.slice(0, rest.indexOf("\n"))
  return line.endsWith(";") ? line : rest.slice(0, rest.search(/^};/m))
}

/** The names of `Options`. */
export function sdkOptionNames(): ReadonlyArray<string> {
  return Array.from(typeOf(declarations(), "Options").matchAll(/^ {4}(\w+)\??:/gm), ([, name]) => name ?? "")
}

/** The kinds of `SDKMessage`, each as `type` or `type/subtype`. */
export function sdkMessageKinds(): ReadonlyArray<string> {
  const text = declarations()
  const kinds = new Set<string>()
  const visit = (name: string): void => {
    const declared = typeOf(text, name)
    const members = declared.split("\n", 1)[0]?.match(/SDK\w+/g) ?? []
    const type = /^ {4}type: '(\w+)'/m.exec(declared)?.[1]
    if (type === undefined) return members.filter((member) => member !== name).forEach(visit)
    const subtypes = /^ {4}subtype: (.*);/m.exec(declared)?.[1]
    if (subtypes === undefined) kinds.add(type)
    else for (const [, subtype] of subtypes.matchAll(/'(\w+)'/g)) kinds.add(`${type}/${subtype}`)
  }
  visit("SDKMessage")
  return [...kinds].sort()
}
