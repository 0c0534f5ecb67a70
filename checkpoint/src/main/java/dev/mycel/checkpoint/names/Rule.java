package dev.mycel.checkpoint.names;

import org.jspecify.annotations.Nullable;

/** One rule of a map. Of several that match a name, the first decides. */
sealed interface Rule permits GroupRule, Renaming {
  /** The line that states it in a text map. */
  String text();

  /** Whether the rule speaks of that name. */
  boolean matches(String name);

  /** How much work it is to compare a character of a name; 0 if names are looked up. */
  int cost();

  /** The rule that leads back, or null if there is none. */
  @Nullable Rule inverse();
}
