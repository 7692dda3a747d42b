/** docs/protocol/operations.md: every operation, the commands of a connection, the types they name, and the errors. */
import * as Schema from "effect/Schema"
import { ERROR_STATUS, HTTP_ONLY_STATUS } from "../../packages/protocol/src/http-errors.ts"
import { operationEntries } from "../../packages/protocol/src/operations.ts"
import { errorsOf, inputFields, takesKey } from "../../packages/protocol/src/operations/operation.ts"
import { CONNECTION_COMMANDS } from "../../packages/protocol/src/rpc.ts"
import { ERROR_MEANINGS } from "./errors.mjs"
import { fenced } from "./ProtocolTypes.mjs"
import { SchemaText } from "./schema-text.mjs"

const COMMON = ["BadRequest", "Unauthorized", "InternalError", "Unavailable"]

const HEAD = `# Operations

Written by \`npm run reference\` from \`packages/protocol/src\`; do not edit.

What a hub can be asked, in the same way over every door. [The protocol](../PROTOCOL.md) describes how to ask: over
[HTTP](../PROTOCOL.md#5-http) with the method and path given here, on the [stream socket](../PROTOCOL.md#7-stream-socket) as a command whose
\`tag\` is the operation's name and whose \`payload\` has the fields of path, query and body together. \`name?\` is optional; its value when left
out is under *defaults*. Parentheses after a type hold its bounds: of a number, or of a text's length.

Every operation can also fail with ${COMMON.map((tag) => `\`${tag}\``).join(", ")}, and one that a credential does not allow with
\`SessionPermissionError\` or \`Forbidden\`.
`

/** What the stream socket answers with where HTTP has the session. */
const SEQ = "`{seq: number}`"

const code = (text) => `\`${text}\``

/** What a client does when it does not know whether its request was carried out. */
function repeating(name, definition) {
  if (!definition.changes) return "safe to repeat"
  if (takesKey(definition)) return "repeat with its key"
  return /^(tokens|links)\./.test(name)
    ? "not repeated: ask first whether it was carried out"
    : "safe to repeat: twice has the effect of once"
}

function answered(definition, types) {
  const { answer = "value", output, status, content } = definition
  if (answer === "stream") return `a stream of ${content?.[0] ?? "frames"}`
  if (content !== undefined) return content.join(", ")
  const text = code(types.textOf(output))
  if (answer === "created") return `${text}, 201 if it was created, 200 if the key had created it before`
  if (answer === "session") return definition.http === undefined ? SEQ : `${text} over HTTP, ${SEQ} on the socket`
  return status === undefined ? text : `${text}, ${status}`
}

const jsonPart = ({ json }) => (json === undefined ? {} : { "on the socket": Schema.Struct(json) })

function section([name, definition], types) {
  const { http, socket, scope, summary } = definition
  const { params = {}, query, body } = definition
  const fields = Schema.Struct(inputFields(definition))
  const parts = http === undefined ? { payload: fields } : { path: Schema.Struct(params), query, body }
  const inputs = Object.entries({ ...parts, ...jsonPart(definition) }).filter(
    ([, part]) => Object.keys(part?.fields ?? {}).length > 0,
  )
  const defaults = types.defaultsOf(fields)
  const doors = [http === undefined ? "not over HTTP" : code(http), ...(socket === false ? ["not on the socket"] : [])]
  const errors = [...errorsOf(definition)].filter((tag) => !COMMON.includes(tag) && tag !== "SessionPermissionError")
  return [
    `### ${name}`,
    "",
    `${summary.replace(/\.$/, "")}.`,
    "",
    `- ${doors.join(", ")}; scope \`${scope}\`; ${repeating(name, definition)}`,
    ...inputs.map(([part, schema]) => `- ${part}: ${code(types.textOf(Schema.Struct(schema.fields)))}`),
    ...(defaults.length === 0 ? [] : [`- defaults: ${defaults.join("; ")}`]),
    `- answer: ${answered(definition, types)}`,
    ...(errors.length === 0 ? [] : [`- errors: ${errors.map(code).join(", ")}`]),
    "",
  ].join("\n")
}

/** The document's text; `protocol` has the types that schemas are named by. */
export function operationsDocument(protocol) {
  const types = new SchemaText()
  const sections = operationEntries.map((entry) => section(entry, types))
  const commands = Object.entries(CONNECTION_COMMANDS).map(([name, { input, output }]) =>
    [`### ${name}`, "", `- payload: ${code(types.textOf(input))}`, `- value: ${code(types.textOf(output))}`, ""].join("\n"),
  )
  const errors = Object.entries({ ...ERROR_STATUS, ...HTTP_ONLY_STATUS }).map(
    ([tag, status]) => `| \`${tag}\` | ${status} | ${ERROR_MEANINGS.get(tag) ?? ""} |`,
  )
  const known = types.names.filter((name) => protocol.has(name))
  const unknown = types.names.filter((name) => !protocol.has(name))
  return [
    HEAD,
    ...sections,
    "## Commands of a connection\n\nOnly on the stream socket; see [following a session](../PROTOCOL.md#10-following-a-session).\n",
    ...commands,
    `## Errors\n\n| tag | status | meaning |\n|---|---|---|\n${errors.join("\n")}\n`,
    `## Types\n\n${fenced([...protocol.declarations(known), ...types.blocks(unknown)].join("\n\n"))}`,
  ].join("\n")
}
