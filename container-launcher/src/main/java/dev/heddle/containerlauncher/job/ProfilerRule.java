package dev.heddle.containerlauncher.job;

/** A profiler that would run unless it is switched off is switched off (API, ProfilerConfig). */
final class ProfilerRule implements CrossFieldRule {
  @Override
  public void check(Located request, FaultList faults) {
    Located profiler = request.member("ProfilerConfig");
    Located disabled = profiler.member("DisableProfiler");
    if (profiler.json().isObject() && !disabled.isTrue() && !faults.has(disabled)) {
      faults.add(
          disabled,
          "must be true, as there is no profiler: write {\"DisableProfiler\": true} or leave"
              + " ProfilerConfig out (SageMaker Python SDK: disable_profiler=True)");
    }
  }
}
