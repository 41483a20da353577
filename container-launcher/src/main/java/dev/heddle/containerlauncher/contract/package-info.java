/** The SageMaker Training container contract on one host: its tree, its files, its environment. */
package dev.heddle.containerlauncher.contract;
