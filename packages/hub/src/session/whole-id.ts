/** Ids at the doors: whole, so that no request can mean a session that its sender did not name (docs/protocol/rules.md, H-3). */
import { SessionNotFound } from "@holdfast/protocol/errors"
import { UUID_V7 } from "@holdfast/protocol/uuid"
import { headOf } from "@holdfast/protocol/text-cut"

/** The refusal of a text that is no whole id; `undefined` for one that is. Whether a session has the id is not looked at. */
export function refuseId(text: string): SessionNotFound | undefined {
  return UUID_V7.test(text)
    ? undefined
    : new SessionNotFound({
        message: `${JSON.stringify(headOf(text, 100))} is not a whole session id; find the session for a label or a part of an id with sessions.resolve`,
        session: headOf(text, 256),
      })
}
