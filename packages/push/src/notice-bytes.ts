/** A notification as the bytes of one message (docs/protocol/rules.md, PN-5). */
import type { PushNotice } from "@holdfast/protocol/push"
import { headOf } from "@holdfast/protocol/text-cut"
import { MESSAGE_MAX } from "./encryption.ts"

/** JSON of a notification; its words are cut when they need more bytes than a push service takes. */
export function noticeBytes(notice: PushNotice): Buffer {
  const { body, title } = notice
  for (let most = Math.max(title.length, body.length); ; most = Math.floor(most * 0.75)) {
    const bytes = Buffer.from(JSON.stringify({ ...notice, title: headOf(title, most), body: headOf(body, most) }))
    if (bytes.length <= MESSAGE_MAX || most === 0) return bytes
  }
}
