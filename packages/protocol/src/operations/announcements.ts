/** Operations on announcements of the hub. */
import * as Schema from "effect/Schema"
import { Announcement, AnnouncementList, AnnouncementRequest } from "../announcement.ts"
import { ItemId, operation } from "./operation.ts"

/** The operations. */
export const announcements = {
  "announcements.create": operation({
    scope: "all",
    http: "POST /api/announcements",
    body: AnnouncementRequest,
    output: Announcement,
    status: 201,
    summary: "Announce something to every client: to those that are there at once, to later ones until it ends",
    changes: true,
    example: { kind: "maintenance", text: "The server restarts at 18:00", key: "restart-7" },
  }),
  "announcements.list": operation({
    scope: "read",
    bound: "free",
    http: "GET /api/announcements",
    output: AnnouncementList,
    summary: "List the announcements that are in force",
    changes: false,
  }),
  "announcements.remove": operation({
    scope: "all",
    http: "DELETE /api/announcements/:announcementId",
    params: { announcementId: ItemId.annotate({ description: "Id of the announcement" }) },
    output: Schema.Struct({ removed: Schema.Boolean }),
    summary: "Remove an announcement before it ends",
    changes: true,
    errors: ["AnnouncementNotFound"],
  }),
} as const
