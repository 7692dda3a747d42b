/**
 * What a call of an ACP agent is about, as rules compare it. Agents name their fields as they like: a call whose fields may say
 * more than what is compared is not literal.
 */
import { resolve } from "node:path"
import type { ParsedSubject } from "@holdfast/protocol/agent/permission-rule"
import { parseArgv, parseCommand } from "../host/parse-command.ts"
import { resolvePaths } from "../host/resolve-paths.ts"
import { at, isObject, listOf, textOf } from "./read-json.ts"
import type { AcpToolCall } from "./ToolCalls.ts"

const CWD = ["cwd", "workdir", "directory", "dir_path"]
/** Fields that change what a command does, or where: tools of other makers have commands too. */
const ALTERING = new RegExp(
  "arg|background|container|detach|elevat|engine|env|escalat|flag|host|image|input|interpreter|language|machine|namespace|param|" +
    "permission|pod|privilege|profile|program|remote|runtime|sandbox|server|session|shell|stage|stdin|sudo|target|user|vm",
  "i",
)
/** Fields that name a place. */
const PLACE = /(?:^|_|[a-z])(?:path|file|filename|dir|directory|folder|dest|destination|source|src|target|uri)s?$/i
/** Kinds of calls that are about the files they name and nothing else. */
const ABOUT_FILES = new Set(["read", "edit", "delete"])

const isSet = (value: unknown): boolean =>
  value !== undefined && value !== null && value !== false && value !== "" && !(Array.isArray(value) && value.length === 0)

function commandOf(input: unknown, cwd: string): ParsedSubject | undefined {
  const given = at(input, "command") ?? at(input, "cmd")
  const words = listOf(given).filter((word) => typeof word === "string")
  const isLine = typeof given === "string" && given !== ""
  if (!isLine && (words.length === 0 || words.length !== listOf(given).length)) return undefined
  const places = new Set(CWD.map((name) => at(input, name)).filter(isSet))
  const place = resolve(cwd, textOf([...places][0]) ?? "")
  const parsed = isLine ? parseCommand(given, place) : parseArgv(words, place)
  const said = isObject(input) && Object.entries(input).some(([name, value]) => ALTERING.test(name) && isSet(value))
  // What is said twice may be read either way.
  const altered = said || places.size > 1 || (isSet(at(input, "command")) && isSet(at(input, "cmd")))
  return altered ? { ...parsed, literal: false } : parsed
}

/** Every text in fields that name places, at any depth within reason; undefined when the input is deeper. */
function placesIn(value: unknown, named: boolean, depth = 0): ReadonlyArray<string> | undefined {
  if (typeof value === "string") return named ? [value] : []
  if (typeof value !== "object" || value === null) return []
  if (depth > 8) return undefined
  const found: Array<string> = []
  for (const [name, item] of Object.entries(value)) {
    const inside = placesIn(item, Array.isArray(value) ? named : PLACE.test(name), depth + 1)
    if (inside === undefined) return undefined
    found.push(...inside)
  }
  return found
}

/** The subject of a call by an agent that works in `cwd`; `input` with the changes that it proposes. */
export function parsedSubject({ kind, locations }: AcpToolCall, input: unknown, cwd: string): ParsedSubject | undefined {
  if (kind === undefined || kind === "execute") return commandOf(input, cwd)
  if (!ABOUT_FILES.has(kind)) return undefined
  const told = locations.flatMap((location) => textOf(at(location, "path")) ?? [])
  const places = placesIn(input, false)
  const parsed = resolvePaths([...told, ...(places ?? [])], cwd)
  return parsed.paths.length === 0 ? undefined : { ...parsed, literal: parsed.literal && places !== undefined }
}
