/**
 * Turns what a schema says about a request into a door error: 400 where the form is wrong, 422 where it cannot be meant.
 */
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

/** What is said of a value of another form, instead of the name that the schema has in the sources. */
const FORMS: Readonly<Record<string, string>> = {
  Objects: "must be a JSON object with named fields",
  Arrays: "must be a JSON array",
}

/** The error to answer with when a part of a request, or a command's payload, does not fit its schema. */
export function failureOf(issue: SchemaIssue.Issue, part: string, isPayload: boolean): BadRequest | InvalidSize | Unprocessable {
  const { path, semantic, what = said(issue) } = firstFinding(issue, [])
  const field = headOf(path.map(String).join("."), 100)
  const message = headOf(`${field === "" ? part : field}: ${what}`, MESSAGE_MAX)
  if (!semantic || !isPayload) return field === "" ? new BadRequest({ message }) : new BadRequest({ message, field })
  if (field === "cols" || field === "rows") return new InvalidSize({ message })
  return unprocessable(field, message)
}

const unprocessable = (field: string, message: string): Unprocessable =>
  field === "" ? new Unprocessable({ message }) : new Unprocessable({ message, field })

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
      const found = issue.issues.map((inner) => firstFinding(inner, path))
      const deepest = found.toSorted((a, b) => b.path.length - a.path.length)[0]
      if (deepest !== undefined && deepest.path.length > path.length) return deepest
      // A value of one of the types, which fails a check of that one.
      return { path, semantic: found.some(({ semantic }) => semantic) }
    }
    case "InvalidType":
      return { path, semantic: false, ...(FORMS[issue.ast._tag] === undefined ? {} : { what: FORMS[issue.ast._tag] }) }
    case "MissingKey":
      return { path, semantic: false, what: "is missing" }
    case "UnexpectedKey":
      return { path, semantic: false, what: "is not a known field" }
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
