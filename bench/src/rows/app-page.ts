/** The app's page from nothing to the list, and with a conversation of 10,000 messages; beside it the page of a peer, used in the same way. */
import { type ChatServer, loadPage, LONG, onPages, openLong, PLAIN_PAGE, scrollLong } from "../load/chat-pages.ts"
import { startLong } from "../ours/app.ts"
import { startOpenCode } from "../peer/opencode-web.ts"
import type { Browser } from "../process/browser.ts"
import { type Figures, value, type Row } from "../row.ts"

async function measured(server: ChatServer, browser: Browser): Promise<Figures> {
  return {
    ...(await loadPage(server, browser)),
    ...(await openLong(server, browser)),
    ...(await scrollLong(server, browser)),
  }
}

/** The row. */
export const APP_PAGE: Row = {
  id: "app-page",
  title: "app",
  cold: true,
  shortRounds: 1,
  figures: [
    { id: "script", title: "script before a pane, gzip", unit: "KB", better: "less", goals: [value(200, 190)] },
    { id: "thread", title: "from nothing to the list, thread", unit: "ms", better: "less", goals: [value(200)] },
    { id: "wall", title: "from nothing to the list", unit: "ms", better: "less", goals: [value(1000)] },
    { id: "openThread", title: `${LONG} messages to the first screen, thread`, unit: "ms", better: "less", goals: [value(300)] },
    { id: "openWall", title: `${LONG} messages to the first screen`, unit: "ms", better: "less", goals: [value(300)] },
    { id: "late", title: "frames over 25 ms of 300 while scrolling", unit: "", better: "less", goals: [value(0)] },
    { id: "heavy", title: "of them with more than 25 ms of thread", unit: "", better: "less", goals: [value(0)] },
    { id: "frame", title: "thread for each of them", unit: "ms", better: "less", goals: [] },
  ],
  ours: onPages("holdfast", startLong, measured),
  limit: PLAIN_PAGE,
  peers: [onPages("OpenCode's web", startOpenCode, measured)],
}
