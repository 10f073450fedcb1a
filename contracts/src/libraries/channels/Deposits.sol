// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { ISluiceErrors } from "../../interfaces/ISluiceErrors.sol";
import { ISluiceEvents } from "../../interfaces/ISluiceEvents.sol";
import { ChannelTerms } from "../../interfaces/SluiceTypes.sol";
import { ChannelSlots } from "../Store.sol";
import { Channels } from "./Channels.sol";
import { DepositsWord } from "./DepositsWord.sol";

/// @title Deposits
/// @notice Writing down what came in.
library Deposits {
    /// @notice Adds what was received to a party's deposits.
    /// @param slots The channel.
    /// @param id Its id.
    /// @param terms Its terms.
    /// @param party For whom.
    /// @param received How much came in.
    /// @return isFirst Whether nothing was in the channel before.
    function record(ChannelSlots storage slots, bytes32 id, ChannelTerms calldata terms, uint8 party, uint256 received)
        internal
        returns (bool isFirst)
    {
        // Channels.requireParty, written out: the compiler would jump there at each deposit
        if (party > 1) revert ISluiceErrors.WrongParty(party);
        if (received == 0) revert ISluiceErrors.NothingReceived();
        // Channels.requireAlive, written out: a first deposit need not look whether the channel is over
        DepositsWord deposits = slots.deposits;
        isFirst = deposits.isEmpty();
        if (isFirst) Channels.requireTerms(terms);
        else if (deposits.isOver()) revert ISluiceErrors.ChannelOver(id);
        if (received > deposits.room()) revert ISluiceErrors.TooMuch(id, received);
        deposits = deposits.add(party, received);
        slots.deposits = deposits;
        emit ISluiceEvents.Deposited(id, uint256(party) << 128 | deposits.byParty(party));
    }
}
