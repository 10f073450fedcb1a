// SPDX-License-Identifier: MIT OR Apache-2.0
pragma solidity ^0.8.28;

import { IERC721Receiver } from "@openzeppelin/contracts/token/ERC721/IERC721Receiver.sol";
import { IERC1155Receiver } from "@openzeppelin/contracts/token/ERC1155/IERC1155Receiver.sol";
import { IERC165 } from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import { ChannelTerms } from "../../src/interfaces/SluiceTypes.sol";
import { Clones } from "../../src/vault/Clones.sol";
import { Asset, IAssetVault, Standard } from "../../src/vault/IAssetVault.sol";
import { Liar, Wall } from "./Collections.sol";
import { IReceipt, VaultFixture } from "./VaultFixture.sol";

contract VaultTest is VaultFixture {
    // ---- in ----

    function test_painting_givesItsSenderOneReceipt() public {
        IReceipt receipt = paintingReceipt();
        assertEq(address(receipt).code.length, 0);
        vm.expectEmit(true, true, true, true, address(vault));
        emit IAssetVault.Wrapped(address(receipt), address(paintings), 7, holder, 1);
        sendPainting("");
        assertEq(receipt.balanceOf(holder), 1);
        assertEq(receipt.totalSupply(), 1);
        assertEq(paintings.ownerOf(7), address(vault));
    }

    function test_receipt_saysWhatItStandsFor() public {
        sendPainting("");
        (Standard standard, address collection, uint256 tokenId) = paintingReceipt().asset();
        assertTrue(standard == Standard.Erc721);
        assertEq(collection, address(paintings));
        assertEq(tokenId, 7);
        assertEq(vault.assetOf(address(0xdead)).collection, address(0));
        assertEq(paintingReceipt().decimals(), 0);
        assertEq(paintingReceipt().name(), "Vault receipt");
        assertEq(paintingReceipt().symbol(), "RECEIPT");
        assertEq(paintingReceipt().vault(), address(vault));
    }

    function test_receipts_ofDifferentTokensDiffer() public view {
        address receipt = vault.receiptOf(Standard.Erc721, address(paintings), 7);
        assertNotEq(receipt, vault.receiptOf(Standard.Erc1155, address(paintings), 7));
        assertNotEq(receipt, vault.receiptOf(Standard.Erc721, address(cards), 7));
        assertNotEq(receipt, vault.receiptOf(Standard.Erc721, address(paintings), 8));
    }

    function test_cards_giveAsManyReceipts() public {
        sendCards(4, "");
        sendCards(3, "");
        assertEq(cardReceipt().balanceOf(holder), 7);
        assertEq(cardReceipt().totalSupply(), 7);
    }

    function test_cardsInABatch_giveReceiptsOfEach() public {
        cards.mint(holder, 4, 5);
        (uint256[] memory ids, uint256[] memory amounts) = (new uint256[](3), new uint256[](3));
        (ids[0], amounts[0], ids[1], amounts[1], ids[2], amounts[2]) = (3, 6, 4, 5, 3, 2);
        vm.prank(holder);
        cards.safeBatchTransferFrom(holder, address(vault), ids, amounts, "");
        assertEq(cardReceipt().balanceOf(holder), 8);
        assertEq(IReceipt(vault.receiptOf(Standard.Erc1155, address(cards), 4)).balanceOf(holder), 5);
    }

    function test_batchIntoAChannel_isRefused() public {
        (uint256[] memory ids, uint256[] memory amounts) = (new uint256[](1), new uint256[](1));
        (ids[0], amounts[0]) = (3, 6);
        bytes memory data = abi.encode(channelOf(cardReceipt()), 0);
        vm.prank(holder);
        refuses(abi.encodeWithSelector(IAssetVault.BatchIntoChannel.selector));
        cards.safeBatchTransferFrom(holder, address(vault), ids, amounts, data);
    }

    function test_tokenMadeStraightIntoTheVault_isRefused() public {
        refuses(abi.encodeWithSelector(IAssetVault.NoRecipient.selector));
        paintings.safeMint(address(vault), 8);
        refuses(abi.encodeWithSelector(IAssetVault.NoRecipient.selector));
        cards.mint(address(vault), 3, 1);
    }

    function test_paintingThatTheVaultDoesNotHold_givesNothing() public {
        Liar liar = new Liar();
        bytes memory said = abi.encodeCall(IERC721Receiver.onERC721Received, (holder, holder, 7, ""));
        refuses(abi.encodeWithSelector(IAssetVault.NotBacked.selector, address(liar), 7, 1));
        liar.say(address(vault), said);
        liar.pretend(address(vault), 0);
        IReceipt first = IReceipt(vault.receiptOf(Standard.Erc721, address(liar), 7));
        liar.say(address(vault), said);
        // said again, it must have been gone: whoever has the first receipt has nothing
        liar.say(address(vault), said);
        refuses(abi.encodeWithSelector(IAssetVault.Retired.selector, address(first)));
        unwrapAs(holder, first, 1, holder);
    }

    // ---- a token that vanishes ----

    function test_aTokenThatVanished_neitherBlocksItsSuccessorNorGetsIt() public {
        sendPainting("");
        IReceipt old = paintingReceipt();
        paintings.burn(7);
        paintings.mint(stranger, 7);
        vm.expectEmit(true, true, true, true, address(vault));
        emit IAssetVault.ReceiptRetired(address(old), address(paintings), 7);
        vm.prank(stranger);
        paintings.safeTransferFrom(stranger, address(vault), 7);
        IReceipt fresh = paintingReceipt();
        assertNotEq(address(fresh), address(old));
        assertEq(fresh.balanceOf(stranger), 1);
        assertEq(old.balanceOf(holder), 1);
        refuses(abi.encodeWithSelector(IAssetVault.Retired.selector, address(old)));
        unwrapAs(holder, old, 1, holder);
        unwrapAs(stranger, fresh, 1, stranger);
        assertEq(paintings.ownerOf(7), stranger);
    }

    /// @dev Anyone says that it is gone: from then on not even a plain transfer brings its successor to the old receipt.
    function test_receiptsOfATokenThatVanished_areRetiredByAnyone() public {
        bytes memory refusal = abi.encodeWithSelector(IAssetVault.NotVanished.selector, address(paintings), 7);
        refuses(refusal);
        vault.retire(address(paintings), 7);
        sendPainting("");
        refuses(refusal);
        vault.retire(address(paintings), 7);
        IReceipt old = paintingReceipt();
        paintings.burn(7);
        vm.prank(stranger);
        vault.retire(address(paintings), 7);
        refuses(refusal);
        vault.retire(address(paintings), 7);
        paintings.mint(stranger, 7);
        vm.prank(stranger);
        paintings.transferFrom(stranger, address(vault), 7);
        refuses(abi.encodeWithSelector(IAssetVault.Retired.selector, address(old)));
        unwrapAs(holder, old, 1, holder);
        assertEq(vault.assetOf(address(old)).tokenId, 7);
    }

    /// @dev Its receipt is known before it comes in, once the old one is retired.
    function test_theSuccessorGoesStraightIntoAChannel() public {
        sendPainting("");
        paintings.burn(7);
        paintings.mint(stranger, 7);
        ChannelTerms memory t = channelOf(paintingReceipt());
        vm.prank(stranger);
        vm.expectRevert();
        paintings.safeTransferFrom(stranger, address(vault), 7, abi.encode(t, uint8(0)));
        vault.retire(address(paintings), 7);
        t = channelOf(paintingReceipt());
        vm.prank(stranger);
        paintings.safeTransferFrom(stranger, address(vault), 7, abi.encode(t, uint8(0)));
        assertEq(stateOf(sluice.channelId(t)).depositA, 1);
    }

    /// @dev A token taken out and brought again has the receipt that it had.
    function test_aTokenThatWasTakenOut_keepsItsReceipt() public {
        sendPainting("");
        IReceipt receipt = paintingReceipt();
        unwrapAs(holder, receipt, 1, holder);
        sendPainting("");
        assertEq(address(paintingReceipt()), address(receipt));
        unwrapAs(holder, receipt, 1, holder);
    }

    function test_cardsThatTheVaultDoesNotHold_giveNothing() public {
        Liar liar = new Liar();
        bytes memory said = abi.encodeCall(IERC1155Receiver.onERC1155Received, (holder, holder, 3, 5, ""));
        liar.pretend(address(0), 9);
        liar.say(address(vault), said);
        refuses(abi.encodeWithSelector(IAssetVault.NotBacked.selector, address(liar), 3, 10));
        liar.say(address(vault), said);
        liar.pretend(address(0), 10);
        liar.say(address(vault), said);
    }

    function test_otherCollectionsReceipts_areNotMadeByALiar() public {
        sendPainting("");
        Liar liar = new Liar();
        liar.pretend(address(vault), 100);
        liar.say(address(vault), abi.encodeCall(IERC721Receiver.onERC721Received, (holder, holder, 7, "")));
        assertEq(paintingReceipt().totalSupply(), 1);
    }

    // ---- into a channel ----

    function test_painting_goesStraightIntoAChannel() public {
        ChannelTerms memory t = channelOf(paintingReceipt());
        vm.expectEmit(true, true, true, true, address(vault));
        emit IAssetVault.Wrapped(t.token, address(paintings), 7, address(vault), 1);
        sendPainting(abi.encode(t, uint8(1)));
        assertEq(stateOf(sluice.channelId(t)).depositB, 1);
        assertEq(paintingReceipt().balanceOf(address(sluice)), 1);
    }

    function test_cards_goStraightIntoAChannel() public {
        ChannelTerms memory t = channelOf(cardReceipt());
        sendCards(4, abi.encode(t, uint8(0)));
        sendCards(5, abi.encode(t, uint8(0)));
        assertEq(stateOf(sluice.channelId(t)).depositA, 9);
        assertEq(cardReceipt().allowance(address(vault), address(sluice)), 0);
    }

    function test_cardsMadeStraightIntoAChannel_areDeposited() public {
        ChannelTerms memory t = channelOf(cardReceipt());
        cards.mintWith(address(vault), 3, 4, abi.encode(t, uint8(1)));
        assertEq(stateOf(sluice.channelId(t)).depositB, 4);
    }

    function test_receiptThatCannotBeMade_isRefused() public {
        // an address where a contract once sent something cannot be given code
        vm.setNonce(address(paintingReceipt()), 1);
        vm.expectPartialRevert(Clones.CreationFailed.selector);
        sendPainting("");
        assertEq(paintings.ownerOf(7), holder);
    }

    function test_channelInAnotherToken_isRefused() public {
        ChannelTerms memory t = channelOf(cardReceipt());
        refuses(abi.encodeWithSelector(IAssetVault.WrongToken.selector, address(paintingReceipt()), t.token));
        sendPainting(abi.encode(t, uint8(0)));
    }

    // ---- out ----

    function test_unwrap_givesThePaintingToWhoHoldsTheReceipt() public {
        sendPainting("");
        IReceipt receipt = paintingReceipt();
        vm.prank(holder);
        receipt.transfer(payee, 1);
        vm.expectEmit(true, true, true, true, address(vault));
        emit IAssetVault.Unwrapped(address(receipt), payee, stranger, 1);
        unwrapAs(payee, receipt, 1, stranger);
        assertEq(paintings.ownerOf(7), stranger);
        assertEq(receipt.totalSupply(), 0);
    }

    function test_unwrap_givesSomeOfTheCards() public {
        sendCards(7, "");
        unwrapAs(holder, cardReceipt(), 5, payee);
        assertEq(cards.balanceOf(payee, 3), 5);
        assertEq(cards.balanceOf(address(vault), 3), 2);
        assertEq(cardReceipt().balanceOf(holder), 2);
    }

    function test_unwrap_refusesWhoHoldsTooFew() public {
        sendPainting("");
        IReceipt receipt = paintingReceipt();
        vm.prank(stranger);
        refuses(abi.encodeWithSelector(IReceipt.BalanceTooLow.selector, stranger, 0, 1));
        vault.unwrap(address(receipt), 1, stranger);
        sendCards(7, "");
        receipt = cardReceipt();
        vm.prank(holder);
        refuses(abi.encodeWithSelector(IReceipt.BalanceTooLow.selector, holder, 7, 8));
        vault.unwrap(address(receipt), 8, holder);
    }

    function test_unwrap_ofNothingMovesNothing() public {
        sendPainting("");
        unwrapAs(stranger, paintingReceipt(), 0, stranger);
        assertEq(paintings.ownerOf(7), address(vault));
    }

    function test_unwrap_refusesWhatIsNoReceipt() public {
        refuses(abi.encodeWithSelector(IAssetVault.UnknownReceipt.selector, address(token)));
        vault.unwrap(address(token), 1, holder);
    }

    function test_unwrap_toWhoTakesNoTokensLeavesTheReceipts() public {
        sendPainting("");
        sendCards(2, "");
        (IReceipt painting, IReceipt card, address wall) = (paintingReceipt(), cardReceipt(), address(new Wall()));
        vm.startPrank(holder);
        vm.expectRevert();
        vault.unwrap(address(painting), 1, wall);
        vm.expectRevert();
        vault.unwrap(address(card), 2, wall);
        assertEq(painting.balanceOf(holder), 1);
        assertEq(card.balanceOf(holder), 2);
    }

    function test_unwrap_toTheVaultItselfIsRefused() public {
        sendPainting("");
        sendCards(2, "");
        (IReceipt painting, IReceipt card) = (paintingReceipt(), cardReceipt());
        vm.startPrank(holder);
        refuses(abi.encodeWithSelector(IAssetVault.NoRecipient.selector));
        vault.unwrap(address(painting), 1, address(vault));
        refuses(abi.encodeWithSelector(IAssetVault.NoRecipient.selector));
        vault.unwrap(address(card), 2, address(vault));
    }

    function test_paintingThatCameBack_hasTheSameReceipt() public {
        sendPainting("");
        IReceipt receipt = paintingReceipt();
        unwrapAs(holder, receipt, 1, holder);
        sendPainting("");
        assertEq(receipt.balanceOf(holder), 1);
        assertEq(receipt.totalSupply(), 1);
    }

    // ---- standards ----

    function test_interfaces_areTold() public view {
        IERC165 asked = IERC165(address(vault));
        assertTrue(asked.supportsInterface(type(IERC165).interfaceId));
        assertTrue(asked.supportsInterface(type(IERC721Receiver).interfaceId));
        assertTrue(asked.supportsInterface(type(IERC1155Receiver).interfaceId));
        assertFalse(asked.supportsInterface(0xffffffff));
    }
}
