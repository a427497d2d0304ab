import { WorkflowIdReusePolicy } from '@temporalio/workflow';

export interface AfterRecovery {
  /** `void`: the run was recovered. What workflows of the same ids completed before is gone through again: it was completed for a memory that is lost. */
  readonly earlierWork?: 'void';
}

/** Else a child that has completed is never started a second time. */
export const reusePolicyOf = ({ earlierWork }: AfterRecovery): WorkflowIdReusePolicy =>
  earlierWork === 'void' ? WorkflowIdReusePolicy.ALLOW_DUPLICATE : WorkflowIdReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY;
