/** Opens what NodeManagers of this JVM keep their state in: in memory, where LevelDB is on disk. */
package org.apache.hadoop.shaded.org.fusesource.leveldbjni;
