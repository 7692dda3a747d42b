/**
 * The door of the app's files: what the guard lets everyone have where no route stands (docs/protocol/rules.md, G-4).
 */
import type { IncomingMessage, ServerResponse } from "node:http"

/** The door. */
export interface FileDoor {
  /** Whether a path is a file or, when a browser asks for a page, a page of the app; looks nothing up on the disk but what changed. */
  readonly isFile: (path: string, isPage: boolean) => boolean
  /** Answers a GET or HEAD without a body. `base` is the path below which the client sees the hub. */
  readonly serve: (request: IncomingMessage, response: ServerResponse, path: string, base: string) => void
}
