/** Which checkpoints a session keeps: the newest few, and the newest one that stands for what was trimmed. */

/** Newest checkpoints that are kept. */
const KEEP_NEWEST = 3

/** Seqs of the checkpoints to drop, given those there are in rising order and the log's first seq. */
export function checkpointsToDrop(seqs: ReadonlyArray<number>, firstSeq: number): ReadonlyArray<number> {
  const newest = seqs.slice(-KEEP_NEWEST)
  const standsForTrimmed = seqs.findLast((seq) => seq < firstSeq)
  return seqs.filter((seq) => !newest.includes(seq) && seq !== standsForTrimmed)
}
