/** When a delivery is tried again, in seconds after the try before it: that of Standard Webhooks. */
export const WEBHOOK_SCHEDULE: ReadonlyArray<number> = [5, 300, 1800, 7200, 18_000, 36_000, 36_000]
