/**
 * Turns what a schema says about a request into a door error: 400 where the form is wrong, 422 where it cannot be meant.
 */
import type * as HttpApiError from "effect/http-api/HttpApiError"
import * as SchemaIssue from "effect/SchemaIssue"
import { BadRequest, InvalidSize, Unprocessable } from "@holdfast/protocol/errors"
import { headOf } from "@holdfast/protocol/text-cut"

interface Finding {
  readonly path: ReadonlyArray<PropertyKey>
  /** The value has the right type and fails a check. */
  readonly semantic: boolean
  /** In our words, where the schema's would not help. */
  readonly what?: string
}

const MESSAGE_MAX = 300

/** The error to answer with when a part of a request does not fit its schema. */
export const decodeFailure = (error: HttpApiError.HttpApiSchemaError): BadRequest | InvalidSize | Unprocessable => {
  const { issue } = error.cause
  const { path, semantic, what = said(issue) } = firstFinding(issue, [])
  const field = headOf(path.map(String).join("."), 100)
  const where = field === "" ? error.kind.toLowerCase() : field
  const message = headOf(`${where}: ${what}`, MESSAGE_MAX)
  if (!semantic || error.kind !== "Payload")
    return field === "" ? new BadRequest({ message }) : new BadRequest({ message, field })
  return wrongSize(issue) ?? unprocessable(field, message)
}

const unprocessable = (field: string, message: string): Unprocessable =>
  field === "" ? new Unprocessable({ message }) : new Unprocessable({ message, field })

/** The refusal of a payload whose columns or rows are numbers that no terminal has (T-7); undefined when something else is wrong. */
export function wrongSize(issue: SchemaIssue.Issue): InvalidSize | undefined {
  const { path, semantic } = firstFinding(issue, [])
  const field = path.map(String).join(".")
  if (!semantic || (field !== "cols" && field !== "rows")) return undefined
  return new InvalidSize({ message: headOf(`${field}: ${said(issue)}`, MESSAGE_MAX) })
}

function firstFinding(issue: SchemaIssue.Issue, path: ReadonlyArray<PropertyKey>): Finding {
  switch (issue._tag) {
    case "Pointer":
      return firstFinding(issue.issue, [...path, ...issue.path])
    case "Filter": {
      const inner = firstFinding(issue.issue, path)
      return { ...inner, semantic: true }
    }
    case "Encoding":
      return firstFinding(issue.issue, path)
    case "Composite":
      return firstFinding(issue.issues[0], path)
    case "AnyOf": {
      const deepest = issue.issues.map((inner) => firstFinding(inner, path)).sort((a, b) => b.path.length - a.path.length)[0]
      return deepest !== undefined && deepest.path.length > path.length ? deepest : { path, semantic: false }
    }
    case "MissingKey":
      return { path, semantic: false, what: "is missing" }
    case "UnexpectedKey":
      return { path, semantic: false, what: "is not known here" }
    default:
      return { path, semantic: false }
  }
}

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const said = (issue: SchemaIssue.Issue): string => {
  const text = format(issue).issues[0]?.message ?? "is not accepted"
  // oxlint-disable-next-line no-control-regex
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")
}
