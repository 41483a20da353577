package dev.heddle.am;

import dev.heddle.am.supervisor.Action;
import dev.heddle.am.supervisor.Event;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an ApplicationMaster has begun and may not have brought to an end. Done twice, each of these
 * does no harm.
 */
final class Unanswered {
  private Optional<Action> upload = Optional.empty();
  private Optional<Action.Finish> finish = Optional.empty();
  private final List<Action.ListCheckpoints> listings = new ArrayList<>();
  private final Map<String, Instant> avoided = new LinkedHashMap<>();

  void asked(Instant at, Action action) {
    if (action instanceof Action.OpenUploads
        || action instanceof Action.CompleteUploads
        || action instanceof Action.AbortUploads) {
      upload = Optional.of(action);
    } else if (action instanceof Action.ListCheckpoints list) {
      listings.add(list);
    } else if (action instanceof Action.Avoid avoid) {
      avoided.put(avoid.node(), at.plus(avoid.time()));
    } else if (action instanceof Action.Finish last) {
      finish = Optional.of(last);
    }
  }

  void heard(Event event) {
    upload = upload.filter(action -> !answers(event, action));
  }

  private static boolean answers(Event event, Action action) {
    if (action instanceof Action.OpenUploads open) {
      return (event instanceof Event.UploadsOpened opened && opened.merge() == open.merge())
          || (event instanceof Event.UploadsFailed failed && failed.merge() == open.merge());
    }
    return action instanceof Action.CompleteUploads complete
        && event instanceof Event.UploadsCompleted done
        && done.merge() == complete.merge();
  }

  /** What is to be done once more. */
  List<Action> at(Instant now) {
    List<Action> again = new ArrayList<>();
    avoided.forEach(
        (node, until) -> {
          if (until.isAfter(now)) {
            again.add(new Action.Avoid(node, Duration.between(now, until)));
          }
        });
    again.addAll(listings);
    upload.ifPresent(again::add);
    finish.ifPresent(again::add);
    return again;
  }
}
