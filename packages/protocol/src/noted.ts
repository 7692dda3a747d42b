/** Events of which the store keeps notes, for those who read them from a durable cursor: webhooks (Y-1) and notifications (PN-3). */
import { PUSH_EVENTS } from "./push-notice.ts"
import { WEBHOOK_EVENTS } from "./webhook.ts"

/** Their names, `channel/type`. */
export const NOTED_EVENTS: ReadonlySet<string> = new Set([...Object.values(WEBHOOK_EVENTS).flat(), ...PUSH_EVENTS])
