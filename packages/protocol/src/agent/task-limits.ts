/** Limits of background tasks; apart from their schemas, so that who reads events need not load those. */

/** Most tasks of one session that its record holds at a time; a further one is reported when another has ended. */
export const TASKS_MAX = 100
/** Longest description, progress and summary of a task, in characters. */
export const TASK_TEXT_MAX = 300
