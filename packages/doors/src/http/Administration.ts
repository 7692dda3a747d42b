/**
 * What handlers need beside the hub: credentials, names, figures.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { Credentials } from "../credentials/Credentials.ts"
import type { OwnNames } from "../guard/names.ts"

/** Given once at start. */
export class Administration extends Context.Service<
  Administration,
  {
    readonly credentials: Credentials
    /** Known once the hub listens. */
    readonly names: () => OwnNames
    readonly version: string
    /** Figures in Prometheus text format. */
    readonly metrics: Effect.Effect<string>
  }
>()("@holdfast/hub/http/Administration") {}
