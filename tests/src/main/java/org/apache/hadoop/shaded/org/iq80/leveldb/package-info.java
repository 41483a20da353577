/**
 * The part of LevelDB's interface that NodeManagers use to keep their state. Hadoop's {@code
 * hadoop-client-minicluster} refers to it under this name and has left it out.
 */
package org.apache.hadoop.shaded.org.iq80.leveldb;
