/**
 * The version of this package.
 */
import manifest from "../package.json" with { type: "json" }

/** Version, such as `0.1.0`. */
export const VERSION: string = manifest.version
