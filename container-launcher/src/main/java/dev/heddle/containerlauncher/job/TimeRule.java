package dev.heddle.containerlauncher.job;

/** The stopping condition's times agree (SageMaker API, StoppingCondition). */
final class TimeRule implements CrossFieldRule {
  private static final long DEFAULT_RUNTIME = 86_400;

  @Override
  public void check(Located request, FaultList faults) {
    Located condition = request.member("StoppingCondition");
    Located wait = condition.member("MaxWaitTimeInSeconds");
    Located runtime = condition.member("MaxRuntimeInSeconds");
    if (faults.has(wait) || faults.has(runtime) || faults.has(condition)) {
      return;
    }
    long longest = runtime.number().orElse(DEFAULT_RUNTIME);
    if (wait.number().filter(seconds -> seconds < longest).isPresent()) {
      faults.add(
          wait,
          "must be at least MaxRuntimeInSeconds ("
              + longest
              + (runtime.present() ? ")" : " where nothing is said)")
              + ", not "
              + wait.number().get());
    } else if (!wait.present() && request.member("EnableManagedSpotTraining").isTrue()) {
      faults.add(
          wait, "must be given with EnableManagedSpotTraining: write " + longest + " or more");
    }
  }
}
