/** Announcements of the hub to everyone: maintenance to come, something new, limits (docs/protocol/rules.md, X-30). */
import * as Schema from "effect/Schema"
import { Key } from "./session.ts"
import { uncontrolled, visible, wellFormed } from "./text.ts"

/** What an announcement is about. */
export const AnnouncementKind = Schema.Literals(["maintenance", "feature", "limits"])
export type AnnouncementKind = typeof AnnouncementKind.Type

/** Most announcements at a time. */
export const ANNOUNCEMENTS_MAX = 20

/** What it says: one line of up to 500 characters. */
const Text = Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(500), wellFormed, uncontrolled, visible)

/** An announcement. Times are epoch milliseconds; without `until` it lasts until it is removed. */
export const Announcement = Schema.Struct({
  id: Schema.String,
  kind: AnnouncementKind,
  text: Schema.String,
  until: Schema.optionalKey(Schema.Finite),
  createdAt: Schema.Finite,
  /** Name of who made it. */
  by: Schema.String,
}).annotate({ identifier: "Announcement" })
export type Announcement = typeof Announcement.Type

/** Body of `POST /api/announcements`; with a key it is made once for as long as it lasts. */
export const AnnouncementRequest = Schema.Struct({
  kind: AnnouncementKind,
  text: Text,
  until: Schema.optionalKey(Schema.Finite),
  key: Schema.optionalKey(Key),
}).annotate({ identifier: "AnnouncementRequest" })
export type AnnouncementRequest = typeof AnnouncementRequest.Type

/** The announcements that are in force, oldest first. */
export const AnnouncementList = Schema.Struct({ announcements: Schema.Array(Announcement) }).annotate({
  identifier: "AnnouncementList",
})
