// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { GroupRedemption, VirtualGroup } from "../../interfaces/SluiceTypes.sol";
import { Refusals } from "../Refusals.sol";
import { Store, VirtualSlot } from "../Store.sol";
import { GroupFrame, GroupHashes } from "./GroupHashes.sol";
import { VirtualWord } from "./VirtualWord.sol";
import { Virtuals } from "./Virtuals.sol";

/// @title Groups
/// @notice Redeeming virtual channels that differ in payer, capacity and nonce alone, as a payee does whom many paid over one hub.
/// What they share is read and written down once, and each item is four words of calldata.
library Groups {
    /// @notice Redeems each item that can be, and tells of each that cannot.
    /// @param store All storage.
    /// @param domain The domain separator.
    /// @param group What the items share.
    /// @param items The items.
    function redeem(Store storage store, bytes32 domain, VirtualGroup calldata group, GroupRedemption[] calldata items)
        internal
    {
        Refusals.raise(Virtuals.checkPathAndWindow(group.others.length + 1, group.disputeWindow));
        GroupFrame frame = GroupHashes.begin(domain, group);
        bool isMember = Virtuals.isMember(group.others, msg.sender);
        uint64 windowEnd = Virtuals.windowEndOf(group.disputeWindow);
        for (uint256 i; i < items.length; ++i) {
            GroupRedemption calldata item = items[i];
            bytes32 id = frame.id(item);
            address payer = address(uint160(uint256(item.payerAndNonce) >> 96));
            uint64 mayStartUntil = isMember || msg.sender == payer ? windowEnd : 0;
            VirtualSlot storage slot = store.virtuals[id];
            (VirtualWord word, bytes memory refusal) = check(slot.word, frame, id, payer, item, mayStartUntil);
            if (refusal.length == 0) Virtuals.write(slot, id, word);
            else Refusals.skip(refusal, id, i);
        }
    }

    function check(
        VirtualWord word,
        GroupFrame frame,
        bytes32 id,
        address payer,
        GroupRedemption calldata item,
        uint64 windowEnd
    ) private view returns (VirtualWord raised, bytes memory refusal) {
        (uint128 capacity, uint128 amount) = (uint128(item.capacityAndAmount >> 128), uint128(item.capacityAndAmount));
        bytes32 digest = frame.ofVoucher(id, amount);
        if (amount > capacity) amount = capacity;
        uint256 nonce = uint96(uint256(item.payerAndNonce));
        return Virtuals.checkRedemption(word, id, amount, windowEnd, nonce, payer, digest, item.signature);
    }
}
