/** Where accounts are kept, and who gets one; from the environment. */
import { z } from 'zod'
import { databaseAddressProblem } from './address.ts'

export const accountSettings = {
  SCANLOGIN_DATABASE: z
    .string()
    .superRefine((address, context) => {
      const problem = databaseAddressProblem(address)
      if (problem) context.addIssue(problem)
    })
    .optional(),
  SCANLOGIN_FIRST_SIGHT: z
    .enum(['deny', 'bind', 'create'], { error: 'write "deny", "bind" or "create"' })
    .default('create'),
}
