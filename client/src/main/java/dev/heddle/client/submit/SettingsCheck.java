package dev.heddle.client.submit;

import dev.heddle.client.session.CommandException;
import dev.heddle.containerlauncher.conf.SettingFault;
import dev.heddle.containerlauncher.conf.Settings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads {@code --conf} and says which settings don't exist or can't be right. */
public final class SettingsCheck {
  private SettingsCheck() {}

  /**
   * @param pairs {@code key=value} each
   * @throws CommandException naming every one that isn't a pair or has an unknown key
   */
  public static Map<String, String> overrides(List<String> pairs) throws CommandException {
    Map<String, String> values = new LinkedHashMap<>();
    List<String> faults = new ArrayList<>();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals <= 0) {
        faults.add("--conf " + pair + ": must be key=value");
      } else {
        values.put(pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
      }
    }
    for (SettingFault fault : Settings.unknown(values)) {
      faults.add("--conf " + fault);
    }
    if (!faults.isEmpty()) {
      throw CommandException.input(faults);
    }
    return values;
  }

  /** One line for every setting that is unknown or has an impossible value. */
  public static List<String> faults(Settings settings) {
    List<String> faults = new ArrayList<>();
    for (SettingFault fault : Settings.unknown(settings.values())) {
      faults.add("heddle-site.xml: " + fault);
    }
    settings.check().forEach(fault -> faults.add(fault.toString()));
    return faults;
  }
}
