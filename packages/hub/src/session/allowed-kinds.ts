/** The kinds of session that may be created (docs/protocol/rules.md, X-12). */
import { KindNotAllowed } from "@holdfast/protocol/errors"
import { SESSION_KINDS } from "@holdfast/protocol/session-kinds"
import type { Settings } from "@holdfast/protocol/settings"

/** The refusal of a kind that the setting `kinds` could name and leaves out; `undefined` for one that may be created. */
export function kindRefusal({ kinds }: Pick<Settings, "kinds">, kind: string): KindNotAllowed | undefined {
  const allowed = kinds.split(",")
  if (allowed.includes(kind) || !SESSION_KINDS.some((known) => known === kind)) return undefined
  return new KindNotAllowed({
    message: `this hub does not create sessions of the kind ${kind}; its setting kinds allows ${allowed.join(", ")}`,
    kind,
    allowed,
  })
}
