/**
 * Caches and batches: what is published as `holdfast/client/cache`. It runs in browsers and in Node.
 */
export { AttachmentCache } from "../AttachmentCache.ts"
export type { AttachmentCacheOptions, AttachmentCacheStats, ShownSession } from "../AttachmentCache.ts"
export { changeSessions } from "./batch.ts"
export type { BatchChange, BatchOutcome } from "./batch.ts"
export { Cache } from "./Cache.ts"
export type { CacheOptions, CacheStats } from "./Cache.ts"
export { likelyNext, Reads } from "./Reads.ts"
export type { ReadsOptions, ReadsStats } from "./Reads.ts"
export { readOverHttp } from "./source.ts"
export type { MessageRange, ReadSource } from "./source.ts"
